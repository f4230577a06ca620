/**
 * Events and consumer offsets kept in the database transaction of the state change they go with.
 */
@NullMarked
package dev.loramill.outbox.legacy;

import org.jspecify.annotations.NullMarked;
