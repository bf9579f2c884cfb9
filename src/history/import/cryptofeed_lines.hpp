// The importer's source for captures of cryptofeed in JSON lines (capture_lines.hpp): books and trades of every
// instrument in them. Not thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "acts/base/result.hpp"

#include "history/import/source_format.hpp"
#include "history/import/source_name.hpp"
#include "recording/byte_source.hpp"

namespace acts::history {

// Data sets of a capture that may be chosen at once; with more it is refused.
inline constexpr std::size_t kMostCaptureSets = 4096;

// What reads the capture anew each time.
struct CaptureFile {
  std::string name;  // for messages
  std::function<Result<std::unique_ptr<ByteSource>>()> open;
};

// Looks through it; sets are those of the hints' venue, symbol and kind, of the origin cryptofeed, by venue and symbol.
// Readers are of one more reading, whose rows are put aside. Errors: kUsage: another exchange or form, nothing of the
// hints; kBadInput: it has no book and no trade, or more sets than are held, or a header of another exchange; what
// its bytes fail with. A bad line counts unless it is known to be of what the hints do not choose.
Result<std::unique_ptr<OpenedSource>> open_cryptofeed_lines(CaptureFile file, const SourceHints& hints);
Result<std::unique_ptr<OpenedSource>> open_cryptofeed_lines(const std::string& path, const SourceHints& hints);

}  // namespace acts::history
