/** What all tables of the service have in common. */
@NullMarked
package dev.loramill.ingest.database;

import org.jspecify.annotations.NullMarked;
