package dev.loramill.trainer.model;

import dev.loramill.trainer.kernel.RotaryTable.Pairing;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The architectures that can be trained, by their name in a GGUF file. */
public enum Architecture {
    /** Llama, Mistral, TinyLlama, SmolLM2. */
    LLAMA("llama", Pairing.INTERLEAVED, "LlamaForCausalLM"),
    /** Qwen 2 and 2.5: biases on queries, keys and values. */
    QWEN2("qwen2", Pairing.HALVES, "Qwen2ForCausalLM"),
    /** Qwen 3: normalized query and key heads. */
    QWEN3("qwen3", Pairing.HALVES, "Qwen3ForCausalLM");

    private final String ggufName;
    private final Pairing pairing;
    private final String huggingFaceName;

    Architecture(String ggufName, Pairing pairing, String huggingFaceName) {
        this.ggufName = ggufName;
        this.pairing = pairing;
        this.huggingFaceName = huggingFaceName;
    }

    /** Value of {@code general.architecture}. */
    public String ggufName() {
        return ggufName;
    }

    /** Which elements of a head are rotated together. */
    public Pairing pairing() {
        return pairing;
    }

    /** The class of the model in the transformers library. */
    public String huggingFaceName() {
        return huggingFaceName;
    }

    /** The architecture of a name, if it can be trained. */
    public static Optional<Architecture> of(String ggufName) {
        return Arrays.stream(values()).filter(a -> a.ggufName.equals(ggufName)).findFirst();
    }

    /**
     * The architecture of a name.
     *
     * @throws UnsupportedBaseException if it cannot be trained
     */
    public static Architecture require(String ggufName) {
        return of(ggufName)
                .orElseThrow(() ->
                        new UnsupportedBaseException(
                                "architecture \""
                                        + ggufName
                                        + "\" cannot be trained; allowed: "
                                        + names()));
    }

    /** The names of all architectures that can be trained, for messages. */
    public static String names() {
        return Arrays.stream(values())
                .map(Architecture::ggufName)
                .collect(Collectors.joining(", "));
    }
}
