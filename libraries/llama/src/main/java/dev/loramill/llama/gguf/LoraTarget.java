package dev.loramill.llama.gguf;

import java.util.Optional;

/** The linear weights of a transformer block that a LoRA adapter may change. */
public enum LoraTarget {
    Q("attn_q", "self_attn.q_proj"),
    K("attn_k", "self_attn.k_proj"),
    V("attn_v", "self_attn.v_proj"),
    O("attn_output", "self_attn.o_proj"),
    GATE("ffn_gate", "mlp.gate_proj"),
    UP("ffn_up", "mlp.up_proj"),
    DOWN("ffn_down", "mlp.down_proj");

    private final String ggufName;
    private final String peftName;

    LoraTarget(String ggufName, String peftName) {
        this.ggufName = ggufName;
        this.peftName = peftName;
    }

    /** The part of the tensor's name in a GGUF file, such as {@code attn_q}. */
    public String ggufName() {
        return ggufName;
    }

    /** The module's path inside a layer in Hugging Face's models, such as {@code mlp.up_proj}. */
    public String peftName() {
        return peftName;
    }

    /** The name of the base's tensor, such as {@code blk.3.attn_q.weight}. */
    public String tensorName(int block) {
        return "blk." + block + "." + ggufName + ".weight";
    }

    /** Elements of the vectors that the weight is applied to. */
    public int inputLength(ModelHyperparameters model) {
        return switch (this) {
            case Q, K, V, GATE, UP -> model.embeddingLength();
            case O -> model.queryLength();
            case DOWN -> model.feedForwardLength();
        };
    }

    /** Elements of the vectors that the weight gives. */
    public int outputLength(ModelHyperparameters model) {
        return switch (this) {
            case Q -> model.queryLength();
            case K, V -> model.keyValueLength();
            case O, DOWN -> model.embeddingLength();
            case GATE, UP -> model.feedForwardLength();
        };
    }

    /** The target of a name such as {@code attn_q}, if there is one. */
    public static Optional<LoraTarget> ofGgufName(String name) {
        for (LoraTarget target : values()) {
            if (target.ggufName.equals(name)) {
                return Optional.of(target);
            }
        }
        return Optional.empty();
    }
}
