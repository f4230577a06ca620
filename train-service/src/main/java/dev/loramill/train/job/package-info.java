/** Fine-tuning jobs: what is asked for, where a job stands, and what may happen next. */
@NullMarked
package dev.loramill.train.job;

import org.jspecify.annotations.NullMarked;
