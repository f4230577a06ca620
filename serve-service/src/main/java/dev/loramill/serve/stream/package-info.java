/** Text and server-sent events made of tokens as they are generated. */
@NullMarked
package dev.loramill.serve.stream;

import org.jspecify.annotations.NullMarked;
