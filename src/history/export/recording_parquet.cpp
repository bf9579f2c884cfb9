#include "history/export/recording_parquet.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "history/engine/parquet_writer.hpp"
#include "history/import/good_rows.hpp"
#include "history/import/recording_rows.hpp"
#include "history/output_file.hpp"

namespace acts::history {
namespace {

class CountedRows final : public RowSource {
 public:
  explicit CountedRows(RowSource& rows) : rows_(&rows) {}
  Result<bool> next(Row& row) override {
    Result<bool> there = rows_->next(row);
    if (there && *there) ++count_;
    return there;
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  RowSource* rows_;
  std::uint64_t count_ = 0;
};

Result<void> write_part(RowSource& rows, const Kind& kind, const std::string& part) {
  auto duck = Duck::open({.temp_directory = ""});
  if (!duck) return std::unexpected(duck.error());
  return write_rows(**duck, {&kind, DecimalForm::kWide}, rows, part);
}

}  // namespace

Result<std::uint64_t> recording_to_parquet(FileOps& ops, const RecordingExport& wanted, std::string_view kind,
                                           const std::string& output,
                                           const std::function<void(std::string_view)>& on_problem) {
  // The same names as of CSV.
  if (const auto known = parse_recorded_kind(kind); !known) return std::unexpected(known.error());
  const DataSet set{.kind = find_kind(kind),
                    .venue = std::string(to_string(wanted.venue)),
                    .symbol = wanted.symbol,
                    .interval = "",
                    .origin = std::string(DataSet::kRecording)};
  auto reader = open_recording_rows([&wanted] { return RecordingReader::open(wanted.paths, wanted.from); }, set,
                                    {wanted.from, wanted.to});
  if (!reader) return std::unexpected(reader.error());
  GoodRows good(*std::move(reader), *set.kind, DecimalForm::kWide, on_problem);
  CountedRows rows(good);
  const std::string part = part_of(output);
  Result<void> written = write_part(rows, *set.kind, part);
  if (written && rows.count() == 0) {
    written =
        fail(ErrorCode::kBadInput, fmt::format("there are no {} of {} in it for these times", kind, wanted.symbol));
  }
  if (written) written = put_in_place(ops, output);
  if (written) return rows.count();
  std::error_code ignored;
  std::filesystem::remove(part, ignored);
  return std::unexpected(written.error());
}

}  // namespace acts::history
