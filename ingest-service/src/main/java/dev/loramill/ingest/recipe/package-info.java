/** Recipes, as clean-service knows them. */
@NullMarked
package dev.loramill.ingest.recipe;

import org.jspecify.annotations.NullMarked;
