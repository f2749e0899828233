//! Drawing: boxes and arrows as values, before they are text.

/// What a box represents; decides its colour and its word in the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeKind {
    /// One function, or several that are connected alike.
    Function,
    /// ENIs that are interchangeable.
    Enis,
    /// A subnet.
    Subnet,
    /// An availability zone.
    Zone,
    /// A security group.
    Group,
    /// A VPC in which every group may talk to every other.
    Vpc,
    /// What functions talk to.
    Destination,
    /// A point where arrows of the same meaning meet, so that they need not all cross.
    Junction,
    /// Where a path begins or ends.
    End,
    /// A phase of a cold start.
    Phase,
    /// A phase on the longest path.
    Longest,
}

impl NodeKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Function,
        Self::Enis,
        Self::Subnet,
        Self::Zone,
        Self::Group,
        Self::Vpc,
        Self::Destination,
        Self::Junction,
        Self::End,
        Self::Phase,
        Self::Longest,
    ];

    /// Its name for style sheets and attributes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Enis => "enis",
            Self::Subnet => "subnet",
            Self::Zone => "zone",
            Self::Group => "group",
            Self::Vpc => "vpc",
            Self::Destination => "destination",
            Self::Junction => "junction",
            Self::End => "end",
            Self::Phase => "phase",
            Self::Longest => "longest",
        }
    }

    /// Its word in a legend; nothing where the box says it itself.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Enis => "ENIs, by security groups",
            Self::Subnet => "subnet",
            Self::Zone => "zone",
            Self::Group => "security group",
            Self::Vpc => "VPC",
            Self::Destination => "destination",
            Self::Junction | Self::End => "",
            Self::Phase => "phase",
            Self::Longest => "phase on the longest path",
        }
    }
}

/// A box.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawingNode {
    /// What it represents.
    pub kind: NodeKind,
    /// How far from the beginning it stands; arrows lead to larger ones.
    pub rank: usize,
    /// Its name.
    pub title: String,
    /// A word beside the name.
    pub aside: String,
    /// Further lines.
    pub lines: Vec<String>,
    /// What there is to say where one points at it.
    pub hint: String,
    /// Its part of the whole, from 0 to 1, drawn as a bar.
    pub share: Option<f64>,
}

impl DrawingNode {
    /// A box with nothing but a name.
    pub fn new(kind: NodeKind, rank: usize, title: impl Into<String>) -> Self {
        Self {
            kind,
            rank,
            title: title.into(),
            aside: String::new(),
            lines: Vec::new(),
            hint: String::new(),
            share: None,
        }
    }
}

/// An arrow between two boxes, by their indices; it leads to a larger rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawingEdge {
    /// Where it begins.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// What it means: `connects through`.
    pub meaning: &'static str,
    /// Whether it is part of the longest path.
    pub strong: bool,
}

/// Which way arrows lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From left to right.
    Right,
    /// From top to bottom.
    Down,
}

/// A line around all boxes of some ranks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it says.
    pub label: String,
    /// The first rank inside.
    pub first: usize,
    /// The last rank inside.
    pub last: usize,
}

/// Boxes, arrows and what is said about them.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// What it shows, in a few words.
    pub title: String,
    /// Sentences under the title.
    pub captions: Vec<String>,
    /// Which way arrows lead.
    pub direction: Direction,
    /// The boxes.
    pub nodes: Vec<DrawingNode>,
    /// The arrows.
    pub edges: Vec<DrawingEdge>,
    /// What lies around boxes.
    pub frames: Vec<Frame>,
}

impl Drawing {
    /// Adds a box and gives its index.
    pub(super) fn push(&mut self, node: DrawingNode) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Adds an arrow.
    pub(super) fn link(&mut self, from: usize, to: usize, meaning: &'static str) {
        self.edges.push(DrawingEdge { from, to, meaning, strong: false });
    }

    /// The kinds that occur and have a word, each once.
    pub(super) fn legend(&self) -> Vec<NodeKind> {
        let there = |kind: &NodeKind| self.nodes.iter().any(|node| node.kind == *kind);
        NodeKind::ALL.into_iter().filter(there).filter(|kind| !kind.words().is_empty()).collect()
    }

    /// Where the arrows of `node` lead, junctions looked through, in the order of the boxes, each once.
    pub(super) fn successors(&self, node: usize) -> Vec<(usize, &'static str)> {
        let mut found = Vec::new();
        for edge in self.edges.iter().filter(|edge| edge.from == node) {
            if self.nodes.get(edge.to).is_some_and(|node| node.kind == NodeKind::Junction) {
                found.extend(
                    self.edges.iter().filter(|next| next.from == edge.to).map(|next| (next.to, next.meaning)),
                );
            } else {
                found.push((edge.to, edge.meaning));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// One way to draw.
pub trait DrawingFormat: Sync {
    /// Its name, as `--format` takes it; also how its files end.
    fn name(&self) -> &'static str;

    /// `drawing` as text that ends in a newline; `width` is the most characters on a line, for people.
    fn draw(&self, drawing: &Drawing, width: u16) -> String;
}
