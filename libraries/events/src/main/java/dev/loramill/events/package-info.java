/** The events that chain the services: records, topic names, CloudEvents headers and their JSON. */
@NullMarked
package dev.loramill.events;

import org.jspecify.annotations.NullMarked;
