package dev.loramill.serve.engine;

import dev.loramill.artifacts.BaseModel;
import dev.loramill.events.TrainServeContract;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.template.BaseIdentity;
import dev.loramill.llama.template.ChatFormat;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The base that this replica serves.
 *
 * @param model its entry in the catalogue
 * @param sizes what adapters must fit
 * @param contract what must have been the same where an adapter was trained
 */
public record ServedBase(BaseModel model, ModelHyperparameters sizes, TrainServeContract contract) {

    /** Reads what is to be known of a base from its file. */
    static ServedBase read(BaseModel model, Path file, ChatFormat chat) throws IOException {
        try (GgufFile gguf = GgufFile.open(file)) {
            ModelHyperparameters sizes = ModelHyperparameters.read(gguf);
            BaseIdentity identity = BaseIdentity.of(file, chat);
            TrainServeContract contract =
                    new TrainServeContract(
                            model.sha256(),
                            identity.quantization(),
                            identity.architecture(),
                            identity.vocabularySize(),
                            identity.tokenizerDigest(),
                            identity.chatTemplateDigest(),
                            identity.templateDate(),
                            identity.beginningCount(),
                            identity.endOfTurnToken());
            return new ServedBase(model, sizes, contract);
        }
    }
}
