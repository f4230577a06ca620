/** Recipes: documents of ordered rules, checked by their examples, applied to rows. */
@NullMarked
package dev.loramill.clean.recipe;

import org.jspecify.annotations.NullMarked;
