package dev.loramill.worker.agent;

import dev.loramill.events.AttemptFailed.FaultCategory;
import dev.loramill.events.TrainServeContract;
import dev.loramill.events.TrainingSpec;
import dev.loramill.llama.template.BaseIdentity;
import dev.loramill.llama.template.ChatFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Compares what a dataset was frozen for with the base that is really here. */
final class ContractCheck {
    private ContractCheck() {}

    /**
     * Reads the contract out of the base's own file.
     *
     * @param base the base, whose bytes have the digest that the job names
     * @throws AttemptFault when the job's contract differs, naming both values
     */
    static TrainServeContract check(Path base, TrainingSpec spec) throws IOException, AttemptFault {
        TrainServeContract found = contractOf(base, spec.base().sha256());
        List<String> differences = spec.contract().differences(found);
        if (!differences.isEmpty()) {
            throw new AttemptFault(
                    FaultCategory.INVALID_INPUT,
                    "the dataset version was frozen for another base than \"%s\": %s; freeze it for this base"
                            .formatted(spec.baseId(), String.join("; ", differences)));
        }
        return found;
    }

    static TrainServeContract contractOf(Path base, String sha256) throws IOException {
        try (ChatFormat format = ChatFormat.open(base)) {
            BaseIdentity identity = BaseIdentity.of(base, format);
            return new TrainServeContract(
                    sha256,
                    identity.quantization(),
                    identity.architecture(),
                    identity.vocabularySize(),
                    identity.tokenizerDigest(),
                    identity.chatTemplateDigest(),
                    identity.templateDate(),
                    identity.beginningCount(),
                    identity.endOfTurnToken());
        }
    }
}
