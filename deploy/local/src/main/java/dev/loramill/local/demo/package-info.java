/** The demo: the whole chain on one file, as a person would drive it, over HTTP alone. */
@NullMarked
package dev.loramill.local.demo;

import org.jspecify.annotations.NullMarked;
