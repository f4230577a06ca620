/** What this service asks of others over HTTP. */
@NullMarked
package dev.loramill.train.client;

import org.jspecify.annotations.NullMarked;
