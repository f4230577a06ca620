/** Makes the sample data set: facts about health, phrased as forum rows with a forum's noise. */
@NullMarked
package dev.loramill.samples;

import org.jspecify.annotations.NullMarked;
