/** Kafka and PostgreSQL in or beside this JVM, for one machine and for tests. */
@NullMarked
package dev.loramill.local;

import org.jspecify.annotations.NullMarked;
