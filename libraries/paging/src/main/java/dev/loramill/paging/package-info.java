/** Lists of entities, page by page. */
@NullMarked
package dev.loramill.paging;

import org.jspecify.annotations.NullMarked;
