// What of the catalog goes into a file of another tool's form, as one SELECT over its views. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "acts/base/time.hpp"

#include "history/table/kind.hpp"

namespace acts::history {

enum class ExportForm : std::uint8_t {
  kPlain,    // the kind's own columns
  kTardis,   // of trades and book_updates: those of Tardis' data sets
  kCandles,  // of candles: milliseconds since 1970, open, high, low, close, volume
};

struct CatalogExport {
  const Kind* kind = nullptr;
  std::string venue = {};
  std::string symbol = {};
  std::string interval = {};  // of candles
  std::string origin = {};    // empty: any
  std::optional<UnixNanos> from = {};
  std::optional<UnixNanos> to = {};  // and before
};

// Whether Tardis has a form of it.
bool has_tardis_form(const Kind& kind) noexcept;
// By key. `form` must be one that the kind has (asserted).
std::string export_select(const CatalogExport& wanted, ExportForm form);
// The origins that the same rows are of: one column. Rows of several are there several times.
std::string origins_select(const CatalogExport& wanted);

}  // namespace acts::history
