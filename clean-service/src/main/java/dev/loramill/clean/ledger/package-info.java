/** The ledger: what became of each row, and when a dataset is cleaned. */
@NullMarked
package dev.loramill.clean.ledger;

import org.jspecify.annotations.NullMarked;
