package dev.loramill.llama.gguf;

import java.util.Map;

/** Everything before the tensors' contents. */
record GgufHeader(
        int version,
        GgufMetadata metadata,
        Map<String, GgufTensor> tensors,
        int alignment,
        long contentsOffset) {}
