package dev.loramill.worker.agent;

import dev.loramill.events.AttemptFailed.FaultCategory;
import dev.loramill.events.TrainingSpec;
import dev.loramill.llama.gguf.GgufFile;
import dev.loramill.llama.gguf.ModelHyperparameters;
import dev.loramill.llama.template.ChatFormat;
import dev.loramill.llama.template.ChatMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds out before the training whether base and adapter will be able to read the probes. */
final class ProbeCheck {
    /** Room for an answer that tells anything. */
    private static final int LEAST_ANSWER = 16;

    private ProbeCheck() {}

    /**
     * Compares the probes, as the base's own template renders them, with its context.
     *
     * @throws AttemptFault when one is too long, naming it
     */
    static void check(Path base, TrainingSpec spec) throws IOException, AttemptFault {
        long context = contextLength(base);
        try (ChatFormat format = ChatFormat.open(base)) {
            for (int i = 0; i < spec.probes().size(); i++) {
                int tokens = format.prompt(messages(spec, spec.probes().get(i))).length;
                if (tokens + LEAST_ANSWER > context) {
                    throw new AttemptFault(
                            FaultCategory.INVALID_INPUT,
                            ("probes[%d] has %d tokens with its system prompt, base \"%s\" reads"
                                            + " %d at once: shorten it")
                                    .formatted(i, tokens, spec.baseId(), context));
                }
            }
        }
    }

    private static long contextLength(Path base) throws IOException {
        try (GgufFile file = GgufFile.open(base)) {
            return ModelHyperparameters.read(file).contextLength();
        }
    }

    private static List<ChatMessage> messages(TrainingSpec spec, String probe) {
        List<ChatMessage> messages = new ArrayList<>();
        String systemPrompt = spec.systemPrompt();
        if (systemPrompt != null) {
            messages.add(ChatMessage.system(systemPrompt));
        }
        messages.add(ChatMessage.user(probe));
        return messages;
    }
}
