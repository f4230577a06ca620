/** The models that can be asked for: which name is routed to what the engine generates with. */
@NullMarked
package dev.loramill.serve.model;

import org.jspecify.annotations.NullMarked;
