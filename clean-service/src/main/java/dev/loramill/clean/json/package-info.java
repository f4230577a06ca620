/** JSON in one canonical form, so that equal content has one digest. */
@NullMarked
package dev.loramill.clean.json;

import org.jspecify.annotations.NullMarked;
