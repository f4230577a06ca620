package dev.loramill.llama.binding;

import dev.loramill.llama.gguf.GgufFault;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A file was refused before native code saw it. */
public final class RefusedFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<GgufFault> faults;

    RefusedFileException(String kind, Path path, List<GgufFault> faults) {
        super(
                "the %s \"%s\" is refused: %s"
                        .formatted(
                                kind,
                                path.getFileName(),
                                faults.stream()
                                        .map(GgufFault::toString)
                                        .collect(Collectors.joining("; "))));
        this.faults = List.copyOf(faults);
    }

    /** What is wrong with the file. */
    public List<GgufFault> faults() {
        return faults;
    }
}
