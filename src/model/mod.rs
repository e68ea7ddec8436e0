//! Plain data and the glossary. Imports nothing of ours.
//!
//! One English word for one Chinese term, everywhere: code, files, commands, console.
//!
//! | word | Chinese | meaning |
//! |---|---|---|
//! | plan | 考核方案 | an issued assessment plan; one rulebook for each class of unit |
//! | rulebook | 考核细则与评分表 | one scoring table: sections, clauses, caps, grades |
//! | clause, step | 指标、扣（加）分项 | a row of the table; one way to lose or gain points in it |
//! | unit | 考核对象 | an assessed government or department |
//! | portal | 网站 | a host that is crawled; several units may live on one |
//! | column | 栏目 | a section of a portal, mapped to one or more responsible units |
//! | check | 检查项 | one on-line inspection item, named after the fault |
//! | fact | 事实 | what was observed on a page, column or portal |
//! | outcome | 检查结果 | what a check says of one subject on one night |
//! | finding | 问题 | an episode of a fault: unit + check + subject |
//! | measure | 数据 | a dated number a clause needs |
//! | entry | 记录 | what the scorer reads: a finding or a measure |
//! | verdict | 核查结论 | a person's decision on a finding |
//! | evidence, capture | 证据、快照 | what proves it; one stored response |
//! | rectification | 整改 | the unit's duty to mend, with a deadline in working days |
//! | bulletin | 通报 | the quarter's report, frozen when issued |

mod attestation;
pub mod audit;
pub mod availability;
pub mod bulletin;
pub mod capture;
pub mod check_record;
pub mod column_map;
pub mod decision;
pub mod entry;
pub mod facts_order;
pub mod field_names;
pub mod finding;
pub mod job;
pub mod letter;
pub mod lexicon;
pub mod moment;
pub mod neighbours;
pub mod outcome;
pub mod page;
pub mod page_signs;
pub mod paper;
pub mod particulars;
pub mod portal;
pub mod portal_facts;
pub mod quarter;
pub mod reading;
pub mod report;
pub mod report_sums;
pub mod robots;
pub mod rule_coverage;
pub mod rulebook;
pub mod run;
pub mod score_difference;
pub mod score_parts;
pub mod score_sheet;
pub mod sighting;
pub mod soundings;
pub mod step;
pub mod unit_list;
pub mod window;

pub use attestation::Attestation;
pub use audit::{Audit, AuditCoverage, AuditFinding, AuditGap, AuditOutcome, AuditedPortal};
pub use availability::{Availability, Probe, ProbeResult, UnopenedProbe, keeps_visitors_out};
pub use bulletin::{
    Bulletin, Looks, Method, MethodReading, NamedFinding, PendingMeasure, ProblemClass, Rectification, Scope, Share,
    Statement, Totals, UnitResult, UnitScore, Unmeasured,
};
pub use capture::{Capture, Cause, Hop, NotMeasurable, Rendered, RenderedPart, Revisit, Sameness};
pub use check_record::{CanaryNight, CheckRecord, Flip, LEAST_VERDICTS, PRECISION_FLOOR, Quarantine};
pub use column_map::{ColumnKind, ColumnMap, Confidence, MappedColumn, MissingColumn, NameSpot, Place, Proposal};
pub use decision::{Change, Decision, DecisionRefused, RecordedEntry};
pub use entry::{Entry, EntrySource, EntryStatus, Level, Text};
pub use field_names::FieldNames;
pub use finding::{Event, EventKind, Finding, FindingIdentity, FindingState};
pub use job::{JobKind, JobRequest};
pub use letter::{Letter, LetterFacts};
pub use lexicon::{ColumnRole, ColumnTerm, ExemptTitle, FieldTerm, Freshness, Lexicon, PolicyForm, PolicyForms};
pub use moment::{Moment, beijing_date, beijing_time, beijing_zone, whole_microseconds};
pub use neighbours::{KnownDocument, NeighbourPortal, Neighbours, OutwardLink};
pub use outcome::{Evidence, Outcome, Subject, Verdict};
pub use page::{
    Anchor, Attachment, CONTACT_FIELDS, CmsMatch, ColumnMeta, Contact, DateClaim, DateMeaning, DateSource, ListEntry,
    PageFacts, PageKind, Region, SiteIdentity, Table,
};
pub use page_signs::{
    Footer, FooterSigns, Front, META_TAGS, PageIntegrity, PageSigns, Suspect, SuspectKind, TagCount, TagLevel, TagState,
};
pub use paper::{Block, Paper, PaperCell};
pub use particulars::{InterpretationForm, Lasts, Particulars, Standing, Term};
pub use portal::{AssignedColumn, ColumnPin, Portal, Unit, UnitKind};
pub use portal_facts::{
    ColumnFacts, ColumnState, Coverage, DocumentFacts, DocumentRole, GuideFacts, MatchedBy, PortalFacts, PublicityKind,
    PublicityList, PublicityRow, ReportFacts, ScriptedEntry, TermMatch, Visit,
};
pub use quarter::Quarter;
pub use report::{Cell, Report, ReportPart, ReportSource, ReportTables};
pub use report_sums::{Balance, Identity, Sum};
pub use robots::{Robots, RobotsVerdict};
pub use rule_coverage::RuleCoverage;
pub use rulebook::Rulebook;
pub use run::{Load, ObservedPage, Run, RunState};
pub use score_sheet::{ScoreReport, ScoreSheet};
pub use sighting::{
    Backdated, BodyChanged, ColumnReading, DateChanged, DocumentHistory, History, Look, Remembered, Sighting,
};
pub use soundings::{Certificate, Ipv6Look, LinkKind, LinkState, Nowhere, SoundedLink, Soundings};
pub use unit_list::{ListedAccount, ListedColumn, ListedUnit, UnitClass, UnitList, Unnamed};
pub use window::{BadWindow, Window};
