/** Lists that are told page by page. */
@NullMarked
package dev.loramill.ingest.paging;

import org.jspecify.annotations.NullMarked;
