/** What a worker and the processes of the trainer say to each other, in files and lines of JSON. */
@NullMarked
package dev.loramill.events.trainer;

import org.jspecify.annotations.NullMarked;
