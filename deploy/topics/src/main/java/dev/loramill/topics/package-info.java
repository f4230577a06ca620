/** Makes and checks Loramill's topics on a Kafka cluster, and says who may use them. */
@NullMarked
package dev.loramill.topics;

import org.jspecify.annotations.NullMarked;
