/** The kinds of rule a recipe is made of, and how each acts on the text of a message. */
@NullMarked
package dev.loramill.clean.rule;

import org.jspecify.annotations.NullMarked;
