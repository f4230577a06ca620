package dev.loramill.train.job;

import org.jspecify.annotations.Nullable;

/**
 * Why a job failed.
 *
 * @param code kind of fault
 * @param message sentence for a person
 * @param param part of the request that is at fault, or null
 */
public record JobError(String code, String message, @Nullable String param) {}
