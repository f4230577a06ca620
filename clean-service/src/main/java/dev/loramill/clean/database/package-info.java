/** What all SQL of this service needs: transactions and columns that are never null. */
@NullMarked
package dev.loramill.clean.database;

import org.jspecify.annotations.NullMarked;
