// What is recorded below DATA_DIR/raw as rows of a query: books, trades and best bid and ask of sealed segments, each
// message once, as a replay takes them, with the origin `raw`. Read as it is asked for. Not thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "history/engine/duck.hpp"
#include "history/table/kind.hpp"

namespace acts::history {

class RecordedRows {
 public:
  static constexpr std::string_view kOrigin = "raw";

  // `is_stopped` is asked while recordings are read, from threads of DuckDB's: true ends the statement.
  RecordedRows(std::string data_dir, std::function<bool()> is_stopped);

  // Of a kind that recordings hold; others: nothing. A SELECT with the columns of the kind's view, in the wide form;
  // nothing if there is no recording. A branch of it is of one symbol and day, so that a WHERE of these (and of venue
  // and origin) reads no others; beyond kMostDays of one symbol. Makes a function in `duck`; to be asked once a kind.
  // Errors: kStorage.
  static constexpr std::size_t kMostDays = 1000;
  Result<std::optional<std::string>> select_of(Duck& duck, const Kind& kind);

  // Places of recordings, read by statements so far, that could not be read, and are left out.
  [[nodiscard]] std::uint64_t unreadable() const { return *unreadable_; }

 private:
  struct Part {
    Venue venue = Venue::kBinanceSpot;
    std::string symbol;
    std::vector<UnixNanos> days;  // midnights
  };
  Result<void> look();
  [[nodiscard]] static std::string branch(const Kind& kind, const Part& part, std::size_t index);

  std::string data_dir_;
  std::function<bool()> is_stopped_;
  std::shared_ptr<std::atomic<std::uint64_t>> unreadable_ = std::make_shared<std::atomic<std::uint64_t>>(0);
  std::shared_ptr<std::vector<Part>> parts_;  // nullptr: not looked for yet
};

// Whether recordings hold rows of it: book_updates, trades, agg_trades, book_ticker.
bool is_recorded_kind(const Kind& kind) noexcept;

}  // namespace acts::history
