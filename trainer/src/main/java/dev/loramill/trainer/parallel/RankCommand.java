package dev.loramill.trainer.parallel;

import java.nio.file.Path;
import java.util.List;

/** The arguments of the process of a rank. */
@FunctionalInterface
public interface RankCommand {
    /** The command line, from the path of the program on. */
    List<String> of(Share share, Path meeting);
}
