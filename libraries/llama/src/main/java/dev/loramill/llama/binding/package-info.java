/**
 * llama.cpp for Java: models, contexts, adapters and samplers whose ownership and thread rules are
 * enforced before native code is called.
 */
@NullMarked
package dev.loramill.llama.binding;

import org.jspecify.annotations.NullMarked;
