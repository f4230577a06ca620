/** What a person asks for in a job, checked as a whole. */
@NullMarked
package dev.loramill.train.specification;

import org.jspecify.annotations.NullMarked;
