// A book's quantities by price. Pure.
#pragma once

#include "acts/market/book_image.hpp"

#include "report/chart.hpp"

namespace acts::report {

// Bid and ask quantity as bars, their sums from the best price on as steps (right axis), and K shaded, from `per_cent`
// below to as much above the middle of the best prices. A book with one side, or none, is what there is of it.
Panel book_panel(const BookImage& book, double per_cent);

}  // namespace acts::report
