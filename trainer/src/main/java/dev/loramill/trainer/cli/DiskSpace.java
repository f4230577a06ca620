package dev.loramill.trainer.cli;

import dev.loramill.trainer.job.InvalidJobException;
import dev.loramill.trainer.loop.PreparedRun;
import dev.loramill.trainer.lora.LoraLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Looks for room on the disk before the first step. */
final class DiskSpace {
    private static final int VECTORS_IN_CHECKPOINT = 4;
    private static final int ADAPTERS_WRITTEN = 2;
    private static final long OTHER_BYTES = 16L << 20;

    private DiskSpace() {}

    /**
     * Checks that checkpoints and adapters will fit.
     *
     * @throws InvalidJobException if they will not
     */
    static void require(Path out, PreparedRun run) throws IOException {
        long adapter =
                new LoraLayout(run.weights().shape(), run.job().lora()).length() * Float.BYTES;
        int checkpoints = run.job().saveEverySteps() > 0 ? run.job().keepCheckpoints() + 1 : 1;
        long needed =
                adapter * (ADAPTERS_WRITTEN + (long) VECTORS_IN_CHECKPOINT * checkpoints)
                        + OTHER_BYTES;
        Path existing = out.toAbsolutePath();
        while (existing.getParent() != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        long free = Files.getFileStore(existing).getUsableSpace();
        if (free < needed) {
            throw new InvalidJobException(
                    "the run writes up to "
                            + (needed >> 20)
                            + " MiB to \""
                            + out
                            + "\", where "
                            + (free >> 20)
                            + " MiB are free; make room, or lower lora.rank or keepCheckpoints");
        }
    }
}
