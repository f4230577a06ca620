/** What inbox and outbox do when everything is killed around them, and how fast they are. */
@NullMarked
package dev.loramill.outbox.bench;

import org.jspecify.annotations.NullMarked;
