/** Requests to freeze a dataset: kept, worked off beside one another, and answered. */
@NullMarked
package dev.loramill.clean.freeze;

import org.jspecify.annotations.NullMarked;
