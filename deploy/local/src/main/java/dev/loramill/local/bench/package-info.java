/** Speed of packaged services on a broker and a database of their own. */
@NullMarked
package dev.loramill.local.bench;

import org.jspecify.annotations.NullMarked;
