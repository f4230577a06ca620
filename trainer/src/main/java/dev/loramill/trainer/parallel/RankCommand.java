package dev.loramill.trainer.parallel;

import dev.loramill.process.JavaCommand;
import java.nio.file.Path;

/** How the process of a rank is started. */
@FunctionalInterface
public interface RankCommand {
    /** The command line, with which it ends when its parent has gone. */
    JavaCommand of(Share share, Path rendezvous);
}
