/** An application that does nothing but use inbox and outbox, to be tested, killed and measured. */
@NullMarked
package dev.loramill.outbox.trial;

import org.jspecify.annotations.NullMarked;
