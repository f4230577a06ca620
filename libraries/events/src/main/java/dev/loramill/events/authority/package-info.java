/** What proves that a record was written by a program that may decide what it says. */
@NullMarked
package dev.loramill.events.authority;

import org.jspecify.annotations.NullMarked;
