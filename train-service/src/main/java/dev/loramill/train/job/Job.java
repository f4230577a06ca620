package dev.loramill.train.job;

import dev.loramill.train.specification.JobSpecification;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A fine-tuning job.
 *
 * @param id id for clients
 * @param createdAt when it was created
 * @param specification what it is to do
 * @param state where it stands
 * @param estimatedFinish when it is likely to end; null while nobody knows
 */
public record Job(
        String id,
        Instant createdAt,
        JobSpecification specification,
        JobState state,
        @Nullable Instant estimatedFinish) {}
