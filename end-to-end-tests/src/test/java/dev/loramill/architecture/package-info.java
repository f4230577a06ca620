/** The rules of the tree, as tests over the compiled classes of all modules. */
@NullMarked
package dev.loramill.architecture;

import org.jspecify.annotations.NullMarked;
