package dev.loramill.llama.gguf;

import java.util.List;

/** Checks that contents follow each other as llama.cpp's reader demands. */
final class GgufLayout {
    private GgufLayout() {}

    /** Contents must stand in the order of their descriptions, without overlaps or gaps. */
    static void check(GgufFile file, List<GgufFault> faults) {
        if (file.alignment() != GgufHeaderReader.DEFAULT_ALIGNMENT) {
            faults.add(
                    new GgufFault(
                            "alignment",
                            "metadata \"general.alignment\" must be absent or 32, got "
                                    + file.alignment()));
        }
        long expected = file.contentsOffset();
        for (GgufTensor tensor : file.tensors()) {
            if (tensor.offset() != expected) {
                faults.add(
                        new GgufFault(
                                "layout",
                                "contents of tensor \""
                                        + tensor.name()
                                        + "\" must start at offset "
                                        + expected
                                        + ", right after those of the tensor before, got "
                                        + tensor.offset()));
                return;
            }
            long end = tensor.offset() + tensor.byteSize();
            expected = Math.ceilDiv(end, (long) file.alignment()) * file.alignment();
        }
    }
}
