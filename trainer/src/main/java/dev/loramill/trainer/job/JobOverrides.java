package dev.loramill.trainer.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * What the command line says instead of the job file; checked as if the file said it.
 *
 * @param device replaces {@code device}; null leaves it
 * @param precision replaces {@code precision}; null leaves it
 */
public record JobOverrides(@Nullable String device, @Nullable String precision) {
    /** Leaves the job as the file has it. */
    public static final JobOverrides NONE = new JobOverrides(null, null);

    void applyTo(ObjectNode job) {
        if (device != null) {
            job.put("device", device);
        }
        if (precision != null) {
            job.put("precision", precision);
        }
    }
}
