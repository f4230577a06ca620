/** Where the time of a step goes. */
@NullMarked
package dev.loramill.trainer.profile;

import org.jspecify.annotations.NullMarked;
