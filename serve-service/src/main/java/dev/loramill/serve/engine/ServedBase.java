package dev.loramill.serve.engine;

import dev.loramill.artifacts.BaseModel;
import dev.loramill.events.TrainServeContract;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.LoraTarget;
import dev.loramill.llama.gguf.ModelHyperparameters;
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
            TrainServeContract contract =
                    new TrainServeContract(
                            model.sha256(),
                            gguf.tensor(LoraTarget.Q.tensorName(0)).type().name(),
                            sizes.architecture(),
                            sizes.vocabularySize(),
                            chat.tokenizer().digest(),
                            chat.template().digest(),
                            chat.template().date().toString(),
                            chat.beginningCount(),
                            chat.endOfTurn());
            return new ServedBase(model, sizes, contract);
        }
    }
}
