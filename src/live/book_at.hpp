// The book of a symbol as it was at a moment, out of what was recorded. Blocking.
#pragma once

#include <functional>
#include <string>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/book_image.hpp"
#include "acts/market/venue.hpp"

namespace acts {

// What is read in front of the moment, where no kept book (DIR/books, DIR/checkpoints) is newer.
inline constexpr Nanos kBookReach = std::chrono::hours{24};

// As a collector had it that had received all before `at`, and nothing of then. `problem` is told in one line what
// could not be read. Errors: kUsage: nothing was recorded in the time before, or no snapshot; kStorage.
Result<BookImage> book_at(const std::string& data_dir, Venue venue, const std::string& symbol, UnixNanos at,
                          const std::function<void(std::string)>& problem);

}  // namespace acts
