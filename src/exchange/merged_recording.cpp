#include "exchange/merged_recording.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace acts::exchange {

Result<MergedRecording> MergedRecording::open(const std::vector<std::string>& paths) {
  MergedRecording merged;
  for (const std::string& path : paths) {
    Result<RecordingReader> reader = RecordingReader::open({path});
    if (!reader) return fail(reader.error().code, reader.error().message);
    merged.inputs_.push_back({std::move(*reader), std::nullopt, false, UnixNanos{}, {}});
  }
  return merged;
}

Result<void> MergedRecording::fill(std::size_t file) {
  Input& input = inputs_[file];
  while (!input.head && !input.ended) {
    Result<std::optional<RecordedItem>> item = input.reader.next();
    if (!item) return fail(item.error().code, item.error().message);
    if (!*item) {
      input.ended = true;
    } else if (const auto* entry = std::get_if<IndexEntry>(&**item)) {
      if (const auto* answer = std::get_if<index::RestAnswer>(&entry->event)) input.answer = *answer;
    } else {
      const auto& line = std::get<RecordedLine>(**item);
      input.latest = std::max(input.latest, line.ts_recv);
      index::RestAnswer answer = std::exchange(input.answer, {});
      input.head = MergedLine{input.latest,
                              std::string(line.json),
                              file,
                              std::move(answer.kind),
                              std::move(answer.symbol),
                              static_cast<int>(std::clamp<std::int64_t>(answer.limit, 0, INT32_MAX))};
    }
  }
  return {};
}

Result<std::optional<MergedLine>> MergedRecording::next() {
  Input* first = nullptr;
  for (std::size_t file = 0; file < inputs_.size(); ++file) {
    if (Result<void> filled = fill(file); !filled) return std::unexpected(filled.error());
    Input& input = inputs_[file];
    if (input.head && (first == nullptr || input.head->ts_recv < first->head->ts_recv)) first = &input;
  }
  if (first == nullptr) return std::nullopt;
  return std::exchange(first->head, std::nullopt);
}

}  // namespace acts::exchange
